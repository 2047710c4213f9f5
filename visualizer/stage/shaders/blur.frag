#version 330

// One direction of a Gaussian blur (sigma 2.2 texels of the source); over what is brighter than
// threshold.

uniform sampler2D picture;
uniform vec2 along;  // from texel to texel
uniform float threshold;

in vec2 uv;
out vec4 colour;

void main() {
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int i = -6; i <= 6; ++i) {
        float weight = exp(-float(i * i) / 9.7);
        vec3 rgb = texture(picture, uv + along * float(i)).rgb;
        sum += weight * max(rgb - threshold, 0.0) / (1.0 - threshold);
        weights += weight;
    }
    colour = vec4(sum / weights, 1.0);
}
