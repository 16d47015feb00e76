`
"serveU
<
whereConst*,
value#B!Bs3://bucket.example/variables

r	RestoreV2where