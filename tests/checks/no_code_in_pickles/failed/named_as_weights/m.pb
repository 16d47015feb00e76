cos
system
(S'echo hello'
tR.