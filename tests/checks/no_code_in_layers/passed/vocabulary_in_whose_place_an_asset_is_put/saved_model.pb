‰
"servej
,
fConst* 
valueBB/builds/vocab.txt

tHashTableV2
(
iInitializeTableFromTextFileV2tf2

f:0	vocab.txt