#version 330

// A texture, as it is or upside down: a window's first row is the lowest.

uniform sampler2D picture;
uniform bool flipped;

in vec2 uv;
out vec4 colour;

void main() {
    colour = texture(picture, vec2(uv.x, flipped ? 1.0 - uv.y : uv.y));
}
