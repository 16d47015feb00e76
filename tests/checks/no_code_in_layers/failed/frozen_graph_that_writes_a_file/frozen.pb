
	
xRelu

w	WriteFile