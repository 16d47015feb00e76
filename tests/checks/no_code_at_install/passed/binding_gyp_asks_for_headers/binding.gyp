{ 'targets': [ { 'target_name': 'x', 'sources': [ 'x.cc' ], 'include_dirs': [ "<!(node -e \"require('nan')\")" ] } ] }
