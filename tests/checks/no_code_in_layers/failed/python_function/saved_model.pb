
"serve

pEagerPyFunc