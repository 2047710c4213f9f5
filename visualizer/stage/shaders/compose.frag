#version 330

// Two pictures, each moved on along the loop's motion, blended and scaled to the target.
//
// Places are told as in show/loop_motion.py: from the middle, across and down, in half heights. The
// motion is that of engine/loop/warp.py, but for mirrors and wedges: a picture that was folded in
// the loop is not folded again (the model has changed each half a little); it moves within its fold.

uniform sampler2D before;
uniform sampler2D newest;
uniform float mix_;
uniform vec2 seen_before;  // how many of its widths and heights the target shows
uniform vec2 seen_newest;
uniform bool bars;         // black beside the picture, else mirrored
uniform float ahead;       // seconds of motion
uniform float behind;

uniform bool moves;
uniform vec2 pan;          // half heights a second, across and down
uniform float zoom;        // doublings a second
uniform float rotate;      // radians a second, as is swirl
uniform float swirl;
uniform float ripple;      // half heights a second at its crests
uniform float crests;      // by which the ripple has run outwards
uniform float swirl_radius;
uniform float ripple_length;
uniform int mirror;
uniform int kaleidoscope;

uniform float screen_aspect;
uniform int wall_mirror;
uniform int wall_kaleidoscope;
uniform float wall_angle;  // radians

in vec2 uv;
out vec4 colour;

const float TURN = 6.28318530718;

vec2 mirrored(vec2 place, int which) {
    if ((which & 1) != 0) place.x = -abs(place.x);
    if ((which & 2) != 0) place.y = -abs(place.y);
    return place;
}

vec2 at_angle(float radius, float angle) {
    return radius * vec2(sin(angle), -cos(angle));
}

vec2 way_back(vec2 place, float seconds) {
    place -= pan * seconds;
    float fading = max(1.0 - length(place) / swirl_radius, 0.0);
    float angle = (rotate + swirl * fading * fading) * seconds;
    vec2 turn = exp2(-zoom * seconds) * vec2(cos(angle), sin(angle));
    place = vec2(turn.x * place.x + turn.y * place.y, turn.x * place.y - turn.y * place.x);
    float radius = max(length(place), 0.02);
    float push = sin(TURN * (radius / ripple_length - crests)) * ripple * seconds;
    return place * (1.0 + push / max(radius, 0.1));
}

vec2 moved(vec2 place, float seconds) {
    if (!moves || seconds == 0.0) return place;
    vec2 folded = mirrored(place, mirror);
    vec2 side = vec2(folded.x == place.x ? 1.0 : -1.0, folded.y == place.y ? 1.0 : -1.0);
    if (kaleidoscope < 1) return way_back(folded, seconds) * side;
    float wedge = TURN / float(kaleidoscope);
    float angle = atan(folded.x, -folded.y);
    float begin = floor(angle / wedge) * wedge;
    bool turned = angle - begin > 0.5 * wedge;
    float inner = turned ? wedge - (angle - begin) : angle - begin;
    vec2 back = way_back(at_angle(length(folded), inner), seconds);
    angle = atan(back.x, -back.y);
    return at_angle(length(back), begin + (turned ? wedge - angle : angle)) * side;
}

// In what has an aspect: -1 to 1 across and down.
vec2 on_the_wall(vec2 place, float aspect) {
    place = mirrored(place, wall_mirror);
    if (wall_kaleidoscope < 1) return place;
    // Wedges reach beyond the wall; there it is mirrored.
    vec2 round_ = vec2(place.x * aspect, place.y);
    float wedge = TURN / float(wall_kaleidoscope);
    float angle = mod(atan(round_.x, -round_.y), wedge);
    round_ = at_angle(length(round_), min(angle, wedge - angle) + wall_angle);
    place = vec2(round_.x / aspect, round_.y);
    return abs(mod(place - 1.0, 4.0) - 2.0) - 1.0;
}

vec3 texel(sampler2D picture, ivec2 size, ivec2 place) {
    place = ivec2(mod(vec2(place), vec2(2 * size)));  // mirrored beyond the edges
    place = min(place, 2 * size - 1 - place);
    return texelFetch(picture, place, 0).rgb;
}

float luma(vec3 rgb) {
    return dot(rgb, vec3(0.299, 0.587, 0.114));
}

// Edge-adaptive upsampling after AMD's FidelityFX Super Resolution 1 (EASU, 2021): a Lanczos-like
// kernel over twelve texels, turned along the local edge and stretched the more the clearer it is;
// the result stays within the four nearest texels, so that nothing rings.
vec3 upscaled(sampler2D picture, vec2 place) {
    ivec2 size = textureSize(picture, 0);
    vec2 at = place * vec2(size) - 0.5;
    vec2 corner = floor(at);
    vec2 part = at - corner;
    ivec2 first = ivec2(corner);
    vec3 taps[16];
    float lumas[16];
    for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < 4; ++x) {
            if ((x == 0 || x == 3) && (y == 0 || y == 3)) continue;  // the corners weigh nothing
            taps[y * 4 + x] = texel(picture, size, first + ivec2(x - 1, y - 1));
            lumas[y * 4 + x] = luma(taps[y * 4 + x]);
        }
    }
    vec2 gradient = vec2(0.0);
    float clarity = 0.0;
    for (int y = 1; y < 3; ++y) {
        for (int x = 1; x < 3; ++x) {
            float weight = (x == 1 ? 1.0 - part.x : part.x) * (y == 1 ? 1.0 - part.y : part.y);
            int i = y * 4 + x;
            vec2 slope = vec2(lumas[i + 1] - lumas[i - 1], lumas[i + 4] - lumas[i - 4]);
            vec2 steepest = max(
                vec2(abs(lumas[i + 1] - lumas[i]), abs(lumas[i + 4] - lumas[i])),
                vec2(abs(lumas[i] - lumas[i - 1]), abs(lumas[i] - lumas[i - 4]))
            );
            // 1 on a slope, 0 on a thin line, whose sides cancel out.
            vec2 clear = clamp(abs(slope) / max(steepest, vec2(1e-5)), 0.0, 1.0);
            gradient += slope * weight;
            clarity += dot(clear, clear) * weight;
        }
    }
    float steep = length(gradient);
    vec2 across = steep < 1e-4 ? vec2(1.0, 0.0) : gradient / steep;
    clarity = 0.25 * clarity * clarity;
    float stretch = 1.0 / max(abs(across.x), abs(across.y));
    vec2 scale = vec2(1.0 + (stretch - 1.0) * clarity, 1.0 - 0.5 * clarity);
    float lobe = 0.5 - 0.29 * clarity;
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < 4; ++x) {
            if ((x == 0 || x == 3) && (y == 0 || y == 3)) continue;
            vec2 away = vec2(x - 1, y - 1) - part;
            away = vec2(dot(away, across), dot(away, vec2(-across.y, across.x))) * scale;
            float squared = min(dot(away, away), 1.0 / lobe);
            // Lanczos 2 without sines: a polynomial and a window that ends at 1 / lobe.
            float body = 0.4 * squared - 1.0;
            float window = lobe * squared - 1.0;
            float weight = (1.5625 * body * body - 0.5625) * window * window;
            sum += taps[y * 4 + x] * weight;
            weights += weight;
        }
    }
    vec3 least = min(min(taps[5], taps[6]), min(taps[9], taps[10]));
    vec3 most = max(max(taps[5], taps[6]), max(taps[9], taps[10]));
    return clamp(sum / weights, least, most);
}

// With alpha 0 in the bars beside a picture, where no look is laid either.
vec4 shown(sampler2D picture, vec2 place, vec2 seen, float seconds) {
    vec2 size = vec2(textureSize(picture, 0));
    float aspect = size.x / size.y;
    if (bars) {  // the picture is folded, not they
        place *= seen;
        if (abs(place.x) > 1.0 || abs(place.y) > 1.0) return vec4(0.0);
        place = on_the_wall(place, aspect);
    } else {
        place = on_the_wall(place, screen_aspect) * seen;
    }
    vec2 source = moved(vec2(place.x * aspect, place.y), seconds);
    return vec4(upscaled(picture, vec2(source.x / aspect, source.y) * 0.5 + 0.5), 1.0);
}

void main() {
    vec2 place = uv * 2.0 - 1.0;
    colour = vec4(0.0);
    if (mix_ < 1.0) colour += (1.0 - mix_) * shown(before, place, seen_before, ahead);
    if (mix_ > 0.0) colour += mix_ * shown(newest, place, seen_newest, behind);
}
