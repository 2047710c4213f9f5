"""The built-in model's own network classes.

- unet: the denoiser
Diffusers loads them by the module names in the model's model_index.json.
They know diffusers' base classes and nothing else of this project.
"""
