

d
DumpTensorx