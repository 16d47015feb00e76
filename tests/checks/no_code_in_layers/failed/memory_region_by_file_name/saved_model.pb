 
"serve

cImmutableConst