/
"serve$
	
xRelu


f
w	WriteFile