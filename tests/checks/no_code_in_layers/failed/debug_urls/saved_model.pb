I
"serve>
<
pDebugIdentityV3*&

debug_urls
grpc://example.org:1