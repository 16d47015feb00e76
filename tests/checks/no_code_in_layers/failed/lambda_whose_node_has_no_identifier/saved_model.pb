
"serve
	
xRelu