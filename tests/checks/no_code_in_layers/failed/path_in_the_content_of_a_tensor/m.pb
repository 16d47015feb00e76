
(
fConst*
valueB"/etc/profile

sSaveV2f