$
"serve

dRunShellCommandx