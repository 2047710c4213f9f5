#version 330

// The wall on the screen as a projection has it (homography.py): corners, crop, edge blend, mask.

uniform sampler2D wall;
uniform sampler2D mask;
uniform bool masked;
uniform mat3 to_picture;  // from the screen to the picture shown, in shares
uniform vec4 cropped;     // left, top, width, height of the picture shown, in shares of the wall
uniform vec4 blend;       // left, top, right, bottom: shares of the picture shown
uniform float gamma;
uniform vec2 screen;      // in pixels

in vec2 uv;
out vec4 colour;

// Along one axis of the picture, at is the place, slope its change from pixel to pixel.
float covered(float at, float slope) {
    return clamp(at / slope + 0.5, 0.0, 1.0) * clamp((1.0 - at) / slope + 0.5, 0.0, 1.0);
}

// Smoothstep: what two that overlap have of the light adds up to 1.
float faded(float inside, float share) {
    return share > 0.0 ? smoothstep(0.0, share, inside) : 1.0;
}

void main() {
    vec2 place = vec2(uv.x, 1.0 - uv.y);  // a window's first row is the lowest
    vec3 far = to_picture * vec3(place, 1.0);
    colour = vec4(0.0, 0.0, 0.0, 1.0);
    if (far.z <= 0.0) {
        return;
    }
    vec2 at = far.xy / far.z;
    vec2 across = (to_picture[0].xy - at * to_picture[0].z) / (screen.x * far.z);
    vec2 down = (to_picture[1].xy - at * to_picture[1].z) / (screen.y * far.z);
    float weight = covered(at.x, length(vec2(across.x, down.x)))
        * covered(at.y, length(vec2(across.y, down.y)));
    float light = faded(at.x, blend.x) * faded(at.y, blend.y)
        * faded(1.0 - at.x, blend.z) * faded(1.0 - at.y, blend.w);
    weight *= pow(light, 1.0 / gamma);
    if (masked) {
        weight *= texture(mask, place).r;
    }
    vec2 source = cropped.xy + clamp(at, 0.0, 1.0) * cropped.zw;
    colour = vec4(textureLod(wall, source, 0.0).rgb * weight, 1.0);
}
