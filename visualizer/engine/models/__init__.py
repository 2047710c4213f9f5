"""A model's name → an engine that plays it.

- found: catalogue (models known to work), hub_cache (those on this machine), devices (the default)
- downloaded: download
- checked: model_index, config_check (parts and configurations), single_file, lora_file (one file)
- loaded: loading (the entry), diffusers_loading, vaes, loras; weights_lock: one thread at a time
- assembled: assembly (the loop round the pipeline), picture_size, fallbacks (the next best model)
"""
