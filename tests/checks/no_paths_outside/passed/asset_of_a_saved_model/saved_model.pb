*
"serve
	
nNoOp2

t:0	words.txt