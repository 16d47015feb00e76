~
"serves
	
xRelu

fmy_function
#
pathConst*
valueB	Bmodel

sSaveV2path


my_function	
yRelu