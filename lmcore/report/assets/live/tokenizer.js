// Text to token ids and back: lmcore/tokenizer in JavaScript (byte-level BPE).
//
// A text is cut into words by the pattern of GPT-2 or cl100k. Each word starts
// as its UTF-8 bytes; neighbours are then joined in the order in which training
// learned the merges.

// `data` is what lmcore/report/live_model.py makes of a tokenizer.json:
// {pattern, tokens: printable text by id, merges: [left, right, joined, ...] as ids,
//  special: {text: id}, classes: runs of Unicode classes}.
export class Tokenizer {
  constructor(data) {
    this.pattern = PATTERNS[data.pattern];
    this.classOf = classTable(data.classes);
    this.special = data.special;
    this.known = new Map(); // ids of words merged before
    this.bytes = data.tokens.map(bytesOfPrintable);
    for (const [text, id] of Object.entries(data.special)) this.bytes[id] = UTF8.encode(text);
    this.size = this.bytes.length;
    this.byteIds = new Map();
    data.tokens.forEach((_, id) => {
      const isSpecial = Object.values(data.special).includes(id);
      if (this.bytes[id].length === 1 && !isSpecial) this.byteIds.set(this.bytes[id][0], id);
    });
    this.merges = new Map(); // of a pair of ids: [rank, id of what it makes]
    for (let i = 0; i < data.merges.length; i += 3) {
      const [left, right, joined] = data.merges.slice(i, i + 3);
      const pair = pairKey(left, right);
      if (!this.merges.has(pair)) this.merges.set(pair, [i, joined]);
    }
  }

  // Token ids of a text; the spelling of a special token is ordinary text.
  encode(text) {
    return this.words(text).flatMap((word) => {
      if (!this.known.has(word)) this.known.set(word, this.mergeWord([...UTF8.encode(word)]));
      return this.known.get(word);
    });
  }

  // The text cut into words, within which BPE merges.
  words(text) {
    // Lone halves of surrogate pairs become U+FFFD.
    const characters = [...TEXT.decode(UTF8.encode(text))];
    // The pattern is shown one stand-in for each character beyond ASCII, so that the
    // browser's version of Unicode, which may be another than ours, decides nothing.
    const shown = characters.map((c) =>
      c < "\x80" || c === "ſ" ? c : STAND_INS[this.classOf[c.codePointAt(0)]]);
    const words = shown.join("").match(this.pattern) ?? [];
    let end = 0;
    return words.map((word) => characters.slice(end, (end += word.length)).join(""));
  }

  // Ids of one word's bytes: the earliest learned merge first, the leftmost of equals.
  mergeWord(bytes) {
    const ids = bytes.map((byte) => this.byteIds.get(byte));
    for (;;) {
      let best = null, position = -1;
      for (let i = 0; i + 1 < ids.length; i++) {
        const merge = this.merges.get(pairKey(ids[i], ids[i + 1]));
        if (merge && (!best || merge[0] < best[0])) [best, position] = [merge, i];
      }
      if (!best) return ids;
      ids.splice(position, 2, best[1]);
    }
  }

  // The text of ids; bytes that are not valid UTF-8 become U+FFFD.
  decode(ids) {
    return TEXT.decode(Uint8Array.from(ids.flatMap((id) => [...this.bytes[id]])));
  }
}

const UTF8 = new TextEncoder();
const TEXT = new TextDecoder("utf-8", { ignoreBOM: true });
const pairKey = (left, right) => left * 65536 + right;

// The patterns of lmcore/tokenizer/pretokenize.py. Possessive quantifiers, which
// JavaScript lacks, change nothing here: what follows them never matches earlier.
const PATTERNS = {
  gpt2: /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu,
  cl100k: new RegExp(
    "'(?:[sSſdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}" +
    "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s", "gu"),
};

// One character for each class: other, letter, number, white space.
const STAND_INS = ["—", "é", "½", "\u3000"];

// The class of every code point, from runs "gap.length.class" in base 36.
function classTable(runs) {
  const table = new Uint8Array(0x110000);
  let end = 0;
  for (const run of runs.split(" ")) {
    const [gap, length, kind] = run.split(".").map((number) => parseInt(number, 36));
    table.fill(kind, end + gap, end + gap + length);
    end += gap + length;
  }
  return table;
}

// GPT-2's printable alphabet: a byte that has a printable character of its own is
// that character; the others are numbered from U+0100 on.
const BYTE_OF = new Map();
for (let byte = 0, other = 0x100; byte < 256; byte++) {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  BYTE_OF.set(String.fromCodePoint(printable ? byte : other++), byte);
}

const bytesOfPrintable = (text) => Uint8Array.from(text, (character) => BYTE_OF.get(character));
