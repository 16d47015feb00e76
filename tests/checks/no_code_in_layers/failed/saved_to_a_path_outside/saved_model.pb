r
"serveg
 
aConst*
valueB	B/tmp/

bConst*
valueBBx

j
StringJoinab

sSaveV2j