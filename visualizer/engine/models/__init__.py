"""A model's name to a loaded pipeline.

- catalogue: models known to work; devices: what can run them; open: the chain of fallbacks
- download, model_index, config_check: fetching a model, and checking its files
- single_file: what a model in one file is
- lora_file, loras: what plays beside its own weights, and how strongly
- load, pipelines, vaes: reading it and its autoencoder; reading: by one thread at a time
- assembly, picture_size: the engine round it, and the size of its pictures
"""
