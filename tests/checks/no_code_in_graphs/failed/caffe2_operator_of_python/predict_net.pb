
net
xy"Relu*"x
xy"Python*"token