// Texts of all kinds, among them such as would do harm if they could.

export const HOSTILE_LINE =
  '<img src=x onerror="document.title=\'owned\'"> <script>document.title="owned"</script> \u202Egnp.exe\u202C \u0000\u0007 zero\u200Bwidth';

export const MARKDOWN = `# What was wrong

The *offset* was **23** and had to be \`32\`. See [the manual](https://example.com/manual?a=1&b=2) and <https://example.com>.

1. first \`sh check.sh\`
2. then
   - nested
   - list

> quoted words

| tool | calls |
| --- | ---: |
| exec_command | 8 |

\`\`\`python
def offset(kelvin: float) -> float:
    """The offset, in degrees."""
    return kelvin - 273.15  # not 23
\`\`\`

---
![a picture](https://example.com/tracker.png)`;

export const HOSTILE_MARKDOWN = `${HOSTILE_LINE}

<script>document.title = "owned"</script>
<iframe src="https://example.com"></iframe>
<style>* { display: none }</style>

[click me](javascript:document.title='owned') [https://good.example](https://evil.example/"onmouseover="x)
![](https://example.com/a.png) ![x](data:text/html;base64,PHNjcmlwdD4=)
&#x202E;reversed by an entity&#x202C; &lt;b&gt; \u2066isolated\u2069

\`\`\`"><img src=x onerror=alert(1)>
</code></pre><script>document.title = "owned"</script>
\`\`\`

<a href="https://example.com" style="position:fixed;inset:0" onclick="x()">covering link</a>
`;

export const TERMINAL = `\u001b[1m$ make check\u001b[0m
\u001b[32m  ✓ reads the sensor\u001b[0m
\u001b[31m  ✗ offset: expected 32, found 23\u001b[0m
\u001b[33mwarning:\u001b[0m \u001b[2mfaint words\u001b[0m \u001b[3mitalic\u001b[0m \u001b[4munderlined\u001b[0m
\u001b[30mblack\u001b[0m \u001b[34mblue\u001b[0m \u001b[35mmagenta\u001b[0m \u001b[36mcyan\u001b[0m \u001b[37mwhite\u001b[0m \u001b[90mbright black\u001b[0m \u001b[97mbright white\u001b[0m
\u001b[41mon red\u001b[0m \u001b[30;40mblack on black\u001b[0m \u001b[38;2;20;20;20;48;2;18;18;18mhidden by its own colours\u001b[0m \u001b[38;5;208morange of 256\u001b[0m
downloading 10%\rdownloading 50%\rdownloading 100%
\u001b]8;;https://example.com/evil\u0007a terminal link\u001b]8;;\u0007
\u001b[2Jcleared \u001b[10;10Hmoved <script>document.title="owned"</script> \u202Eturned
`;

export const DIFF = `diff --git a/thermostat.py b/thermostat.py
--- a/thermostat.py
+++ b/thermostat.py
@@ -1,3 +1,3 @@
 def offset():
-    return 23
+    return 32
`;

export const BEFORE = Array.from({ length: 60 }, (_, index) => `line ${index} of a file that is mostly the same`).join("\n");
export const AFTER = BEFORE.replace("line 30 of a file", "line 30 of the other file")
  .replace("line 12 of a file that is mostly the same\n", "")
  .replace("line 44", `one more line ${HOSTILE_LINE}\nline 44`);

export const JSON_VALUE = {
  model: "scripted-1",
  stream: true,
  temperature: 0.2,
  nothing: null,
  empty: {},
  none: [],
  input: [
    { type: "message", role: "user", content: [{ type: "input_text", text: "`sh check.sh` fails.\nPlease find out why." }] },
    { type: "function_call", name: "exec_command", arguments: '{"cmd":["sh","check.sh"]}', call_id: "call_1" },
  ],
  instructions: "You are a coding agent. ".repeat(60),
  [HOSTILE_LINE]: HOSTILE_LINE,
  many: Array.from({ length: 12_345 }, (_, index) => ({ index, text: `entry ${index}` })),
};

export const JSON_TEXT = '{"big": 12345678901234567890123, "__proto__": {"polluted": true}, "exact": 1.10, "deep": [[[[[[["here"]]]]]]]}';
export const HUGE = Array.from({ length: 20_000 }, (_, index) => `${index}: the quick brown fox jumps over the lazy dog`).join("\n");
export const LONG_LINE = "a very long line without an end ".repeat(4_000);
