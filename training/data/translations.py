"""Words of other languages and emoji, as the words that the model learns: part of its tokenizer.

The vocabulary is ASCII: without this table every word in another script would read as the same
unknown one. Rules of a tokenizer's normaliser replace what stands here before words are split, so
the table travels in tokenizer.json and needs no code of ours. A star stands for any ending, since
Russian and German words bend. French, German and Spanish words that English has too, with another
meaning ("or", "mare", "sol"), are left out.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

TRANSLATIONS: dict[str, str] = {
    # colours
    "red": "красн* алый алая rojo roja rojos rojas roter rotes roten rouge rouges 红 红色"
    " 赤 赤い 赤色 紅",
    "orange": "оранжев* naranja naranjas orangefarben* 橙 橙色 オレンジ",
    "yellow": "желт* жёлт* amarillo amarilla amarillos amarillas gelb gelbe gelber gelbes gelben"
    " jaune jaunes 黄 黄色 黄色い",
    "green": "зелен* зелён* verde verdes grün grüne grüner grünes grünen vert verte verts vertes"
    " 绿 绿色 緑 緑色",
    "turquoise": "бирюзов* turquesa türkis türkise* 青绿 ターコイズ 水色",
    "blue": "син* голуб* azul azules blau blaue blauer blaues blauen bleu bleue bleus bleues"
    " 蓝 蓝色 青 青い 青色",
    "purple": "фиолетов* пурпурн* morado morada púrpura lila violett violette violetter"
    " pourpre 紫 紫色",
    "pink": "розов* rosado rosada pinkfarben* 粉 粉色 粉红 粉红色 ピンク 桃色",
    "gold": "золот* dorado dorada dorados doradas goldene goldener goldenes goldenen doré dorée"
    " dorés dorées 金 金色",
    "white": "белый белая белое белые белого белой белых blanco blanca blancos blancas weiß weiss"
    " weiße weißer weißes weißen blanc blanche blancs blanches 白 白色 白い",
    "silver": "серебр* plateado plateada plata silbern* argenté argentée argent 银 银色 銀 銀色",
    "black": "черн* чёрн* negro negra negros negras schwarz schwarze schwarzer schwarzes schwarzen"
    " 黑 黑色 黒 黒い",
    "grey": "серый серая серое серые серого серой серых gris grises"
    " grau graue grauer graues grauen 灰 灰色",
    "rainbow": "радуг* радужн* arcoíris arcoiris regenbogen* arc-en-ciel 彩虹 虹 虹色",
    "neon": "неон* neón néon 霓虹 ネオン",
    "copper": "медн* cobre kupfer* cuivre 铜 銅",
    # scenes
    "tunnel": "тоннел* туннел* túnel tunneln 隧道 トンネル",
    "fractal": "фрактал* fraktal* fractale fractales 分形 フラクタル",
    "mandala": "мандал* 曼陀罗 曼荼罗 マンダラ 曼荼羅",
    "kaleidoscope": "калейдоскоп* caleidoscopio kaleidoskop* kaléidoscope 万花筒 万華鏡",
    "spiral": "спирал* espiral spirale 螺旋",
    "crystals": "кристалл* cristal cristales kristall kristalle cristaux 水晶 结晶 クリスタル 結晶",
    "living cells": "клетк* células zellen cellules 细胞 細胞",
    "checkerboard": "шахмат* ajedrez schachbrett* damier 棋盘 チェッカー 市松",
    "stripes": "полос* rayas streifen rayures 条纹 縞",
    "hexagons": "шестиугольник* hexágonos sechsecke hexagones 六边形 六角形",
    "triangles": "треугольник* triángulos dreiecke 三角形 三角",
    "stars": "звезд* звёзд* estrella estrellas sterne sternen étoile étoiles 星 星星 星空",
    "galaxy": "галактик* galaxia galaxie galaxien galaxies 银河 银河系 星系 銀河",
    "nebula": "туманност* nebulosa nébuleuse 星云 星雲",
    "planet": "планет* planeta planeten planète planètes 行星 惑星",
    "portal": "портал* portail 传送门 ポータル",
    "hyperspace": "гиперпространств* hiperespacio hyperraum hyperespace 超空间 ハイパースペース",
    "black hole": "agujero_negro schwarzes_loch trou_noir чёрная_дыра черная_дыра 黑洞"
    " ブラックホール",
    "liquid": "жидк* líquido flüssigkeit flüssig* liquide 液体",
    "smoke": "дым* humo rauch fumée 烟 烟雾 煙",
    "ocean waves": "волн* море океан* olas olas_del_mar meer ozean wellen vagues océan 海 海浪 海洋"
    " 波 海の波",
    "ripples": "рябь ondas kräuseln ondulations 涟漪 波紋",
    "bubbles": "пузыр* burbujas blasen bulles 气泡 泡",
    "plasma": "плазм* 等离子 プラズマ",
    "lava lamp": "lavalampe lámpara_de_lava 熔岩灯",
    "rain": "дожд* lluvia regen pluie 雨",
    "flames": "огонь огнен* огня пламя fuego llamas feuer flamme flammen feu flammes 火 火焰 炎",
    "clouds": "облак* nubes wolke wolken nuage nuages 云 雲",
    "aurora": "северное_сияние nordlicht nordlichter aurore 极光 オーロラ",
    "lightning": "молни* гроз* relámpago relámpagos rayo blitz blitze gewitter éclair éclairs 闪电"
    " 雷 稲妻",
    "sunset": "закат* 黄昏 atardecer puesta_de_sol sonnenuntergang coucher_de_soleil"
    " 日落 夕阳 夕日 夕焼け",
    "mountains": "гор горы гора montaña montañas berg berge gebirge montagne montagnes 山 山脉"
    " 群山 山々",
    "forest": "лес леса лесу лесной bosque bosques wald wälder forêt forêts 森林 森 树林",
    "flower": "цветок цветы цветка цветов цветоч* flores blume blumen blüte fleur fleurs 花 花朵",
    "desert dunes": "дюн* пустын* dunas desierto dünen wüste désert 沙丘 沙漠 砂丘 砂漠",
    "feathers": "перья плюмаж plumas federn plumes 羽毛 羽",
    "city skyline": "город* ciudad ciudades stadt städte ville villes 城市 都市 街",
    "circuit board": "микросхем* плата circuito platine schaltkreis 电路板 電路 回路基板",
    "laser beams": "лазер* láseres 激光 レーザー",
    "equalizer": "эквалайзер* ecualizador 均衡器 イコライザー",
    "eye": "глаз* ojo ojos auge augen œil yeux 眼睛 眼 目",
    "sun rays": "лучи солнце солнечн* rayos_de_sol sonne sonnenstrahlen soleil rayons_de_soleil"
    " 太阳 阳光 太陽",
    # looks and times
    "dark": "темн* тёмн* oscuro oscura dunkel dunkle dunkler sombre 黑暗 暗い",
    "bright": "ярк* brillante helle heller lumineux lumineuse 明亮 明るい",
    "glowing": "светящ* сияющ* resplandeciente leuchtend* brillant brillante 发光 光る",
    "misty": "туман* niebla nebel neblig* brume brumeux 雾 霧",
    "night": "ноч* noche nacht nuit 夜 夜晚",
    "moon": "лун* mond lune 月 月亮",
    "ice": "лед лёд ледян* hielo eis glace 冰 氷",
}  # fmt: skip
"""The model's word, and those that stand for it: blanks between them, _ for a blank within."""

EMOJI: dict[str, str] = {
    "fire": "🔥", "ocean waves": "🌊", "white stars": "⭐🌟✨🌠", "night sky full of stars": "🌌🌃",
    "flower": "🌸🌺🌻🌷🌹💐🏵🪷", "white moon": "🌙🌕🌖🌗🌘🌑🌒🌓🌔🌛🌜", "sun rays": "☀🌞🔆",
    "sunset": "🌅🌄🌇", "lightning": "⚡🌩⛈", "rainbow": "🌈", "snow ice": "❄☃⛄🧊",
    "clouds": "☁🌥⛅",
    "rain": "🌧☔💧", "forest": "🌲🌳🌴🎄", "mountains": "⛰🏔🗻", "city skyline": "🏙🌆🌉",
    "eye": "👁👀",
    "planet": "🪐🌍🌎🌏", "galaxy": "🌀", "crystals": "💎🔮", "desert dunes": "🏜🏝",
    "flames": "♨🌋", "bubbles": "🫧", "feathers": "🪶🦚", "living cells": "🦠🧬",
    "black hole": "🕳", "equalizer": "🎚🎛📊", "sound wave": "🎵🎶🔊", "circuit board": "💻🖥",
    "red": "❤🔴🟥", "orange": "🧡🟠🟧", "yellow": "💛🟡🟨", "green": "💚🟢🟩", "blue": "💙🔵🟦",
    "purple": "💜🟣🟪", "black": "🖤⚫⬛", "white": "🤍⚪⬜", "copper": "🤎🟤🟫", "pink": "🩷💗💖",
}  # fmt: skip
"""The model's word, and the emoji that stand for it."""

_NO_LETTER_BEFORE, _NO_LETTER_AFTER = r"(?<![\p{L}\p{M}])", r"(?![\p{L}\p{M}])"


def rules() -> list[tuple[str, str]]:
    """Regular expressions (Oniguruma's, on lower-case text) and what takes their place; the longest
    words first."""
    found = []
    for word, others in TRANSLATIONS.items():
        for other in others.split():
            text = re.escape(other.rstrip("*").replace("_", " ").lower())
            if not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", other):  # those stand without blanks
                ending = r"\p{L}*" if other.endswith("*") else ""
                text = f"{_NO_LETTER_BEFORE}{text}{ending}{_NO_LETTER_AFTER}"
            found.append((text, f" {word} "))
    found.sort(key=lambda rule: -len(rule[0]))
    # Selectors of an emoji's style stand behind it, and say nothing.
    emoji = [(re.escape(one), f" {word} ") for word, all_ in EMOJI.items() for one in all_]
    return [("[\ufe0e\ufe0f\u200d]", ""), *emoji, *found]


def translate(tokenizer_json: Path) -> None:
    """Put the rules into an exported tokenizer.json, before its own normaliser."""
    state: dict[str, Any] = json.loads(tokenizer_json.read_text(encoding="utf-8"))
    own = state["normalizer"]
    if own["type"] == "Sequence":  # translated before
        own = own["normalizers"][-1]
    steps: list[dict[str, Any]] = [{"type": "NFC"}, {"type": "Lowercase"}]
    for pattern, content in rules():
        steps.append({"type": "Replace", "pattern": {"Regex": pattern}, "content": content})
    state["normalizer"] = {"type": "Sequence", "normalizers": [*steps, own]}
    tokenizer_json.write_text(json.dumps(state, ensure_ascii=False, indent=1), encoding="utf-8")
