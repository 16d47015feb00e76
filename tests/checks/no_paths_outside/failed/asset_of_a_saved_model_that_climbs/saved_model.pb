6
"serve
	
nNoOp2

t:0../../../etc/hostname