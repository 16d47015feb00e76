

rWholeFileReaderV2
&
pConst*
valueBB/etc/passwd

lReaderReadV2rp