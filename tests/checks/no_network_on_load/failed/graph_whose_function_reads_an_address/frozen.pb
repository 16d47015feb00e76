
7
whereConst*'
valueBBhttp://host.example/data

cPartitionedCallwhere 


f
rReadFilefilename