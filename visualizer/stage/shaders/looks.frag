#version 330

// Sharpening, and the looks that change what is there (looks.py has their order and their numbers).

uniform sampler2D picture;
uniform sampler2D glow;
uniform sampler2D curve;
uniform float sharpness;
uniform float block;        // pixels; 0 for none
uniform float rgb_split;    // pixels
uniform float edge_glow;
uniform float edge_gain;
uniform float edge_width;   // pixels
uniform float bloom;
uniform mat3 colours;
uniform float offset;
uniform float vignette;
uniform float grain;
uniform float number;
uniform float dim;

in vec2 uv;
out vec4 colour;

vec2 pixel;

// Contrast-adaptive sharpening after FidelityFX Super Resolution 1 (RCAS): as much as neither clips,
// and, so that no edge gets a seam, within what lies around.
vec3 sharpened(vec2 at) {
    vec3 here = textureLod(picture, at, 0.0).rgb;
    if (sharpness <= 0.0) return here;
    vec3 up = textureLod(picture, at - vec2(0.0, pixel.y), 0.0).rgb;
    vec3 down = textureLod(picture, at + vec2(0.0, pixel.y), 0.0).rgb;
    vec3 left = textureLod(picture, at - vec2(pixel.x, 0.0), 0.0).rgb;
    vec3 right = textureLod(picture, at + vec2(pixel.x, 0.0), 0.0).rgb;
    vec3 least = min(min(up, down), min(left, right));
    vec3 most = max(max(up, down), max(left, right));
    vec3 low = least / max(4.0 * most, 1e-4);
    vec3 high = (1.0 - most) / min(4.0 * least - 4.0, -1e-4);
    vec3 most_lobe = max(-low, high);
    float lobe = max(most_lobe.r, max(most_lobe.g, most_lobe.b));
    lobe = clamp(lobe, -0.1875, 0.0) * sharpness;
    vec3 sharp = (lobe * (up + down + left + right) + here) / (4.0 * lobe + 1.0);
    return clamp(sharp, min(least, here), max(most, here));
}

vec3 plain(vec2 at) {
    if (block <= 0.0) return sharpened(at);
    vec2 side = block * pixel;
    vec2 middle = (floor((at - 0.5) / side) + 0.5) * side + 0.5;
    return textureLod(picture, middle, log2(block)).rgb;
}

float noise(vec2 at) {
    vec3 p = fract(vec3(at.xyx) * 0.1031 + number * 0.017);
    p += dot(p, p.yzx + 33.33);
    return fract((p.x + p.y) * p.z) - 0.5;
}

void main() {
    pixel = 1.0 / vec2(textureSize(picture, 0));
    vec3 rgb = plain(uv);
    if (rgb_split > 0.0) {
        vec2 apart = vec2(rgb_split * pixel.x, 0.0);
        rgb.r = plain(uv - apart).r;
        rgb.b = plain(uv + apart).b;
    }
    if (edge_glow > 0.0) {
        vec2 step_ = edge_width * pixel;
        vec3 across = vec3(0.0), down = vec3(0.0);
        for (int i = -1; i <= 1; ++i) {
            float weight = i == 0 ? 2.0 : 1.0;
            across += weight * (plain(uv + step_ * vec2(1, i)) - plain(uv + step_ * vec2(-1, i)));
            down += weight * (plain(uv + step_ * vec2(i, 1)) - plain(uv + step_ * vec2(i, -1)));
        }
        rgb = mix(rgb, min(edge_gain * (abs(across) + abs(down)), 1.0), edge_glow);
    }
    if (bloom > 0.0) rgb = 1.0 - (1.0 - rgb) * (1.0 - min(bloom * texture(glow, uv).rgb, 1.0));
    rgb = clamp(colours * rgb + offset, 0.0, 1.0);
    vec3 at = rgb * (255.0 / 256.0) + 0.5 / 256.0;
    rgb = vec3(texture(curve, vec2(at.r, 0.5)).r, texture(curve, vec2(at.g, 0.5)).r,
               texture(curve, vec2(at.b, 0.5)).r);
    vec2 away = uv * 2.0 - 1.0;
    float aspect = pixel.y / pixel.x;
    away.x *= aspect;
    rgb *= 1.0 - vignette * dot(away, away) / (aspect * aspect + 1.0);
    rgb += grain * noise(gl_FragCoord.xy);
    float in_picture = textureLod(picture, uv, 0.0).a > 0.0 ? 1.0 : 0.0;
    colour = vec4(clamp(rgb, 0.0, 1.0) * dim * in_picture, 1.0);
}
