
+
fConst*
valueBBL2V0Yy9wcm9maWxl

dDecodeBase64f

sSaveV2d