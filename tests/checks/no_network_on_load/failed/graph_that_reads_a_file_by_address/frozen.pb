
7
whereConst*'
valueBBhdfs://host.example/data

iIdentitywhere

rReadFilei:0