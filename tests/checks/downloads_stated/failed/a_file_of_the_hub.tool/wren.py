import huggingface_hub as hub

hub.hf_hub_download(repo_id="aviary/wren", filename="w.bin")
