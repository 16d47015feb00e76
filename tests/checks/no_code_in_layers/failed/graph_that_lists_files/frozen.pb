

xPlaceholder
!
pConst*
valueB
B/etc/*

lMatchingFilesp