
"serve

pMyOperation