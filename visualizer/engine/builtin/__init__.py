"""The built-in model's own network classes.

- unet: the denoiser; autoencoder; sketch_unet: the denoiser of the first edition
Diffusers loads them by the module names in the model's model_index.json.
They know diffusers' base classes and nothing else of this project.
"""
