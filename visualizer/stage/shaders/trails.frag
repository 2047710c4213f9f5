#version 330

// Light that stays: what is brighter, the picture or the faded last one.

uniform sampler2D picture;
uniform sampler2D last;
uniform float keep;

in vec2 uv;
out vec4 colour;

void main() {
    colour = max(texture(picture, uv), keep * texture(last, uv));
}
