"""A model's name to a loaded pipeline.

- catalogue: models known to work; devices: what can run them; open: the chain of fallbacks
- download, model_index, config_check: fetching a model, and checking its files
- single_file: what a model in one file is
- pipelines, vaes, assembly: loading it, its autoencoder, and the engine round it
"""
