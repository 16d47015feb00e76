4
"serve)
'
pPrintV2*
output_streamstderr