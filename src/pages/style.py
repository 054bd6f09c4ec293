"""The one stylesheet of all pages, and the script of the copy buttons."""

from __future__ import annotations

from pages.markup import Markup

STYLE = Markup("""\
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--quiet:#57606a;--line:#8c959f;--link:#0b57d0;\
--strong:#0b57d0;--on-strong:#fff;--wrong:#b3261e}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e8ea;--quiet:#a3acb5;--line:#767f88;\
--link:#9ac1ff;--strong:#9ac1ff;--on-strong:#0b1a33;--wrong:#ffb4ab}}
*{box-sizing:border-box}
html{font:100%/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink)}
header,main{max-width:38rem;margin:0 auto;padding:1rem}
header{color:var(--quiet);font-size:.9rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem;overflow-wrap:anywhere}
p,dd{overflow-wrap:anywhere}
a{color:var(--link)}
img,video{display:block;max-width:100%;height:auto;border-radius:.4rem}
img.code{background:#fff;padding:.5rem}
label,dt{display:block;font-weight:600}
dt{margin-top:.8rem}
dd{margin:0}
input{width:100%;min-height:2.75rem;padding:.4rem .6rem;margin:.3rem 0 .8rem;border:1px solid var(--line);\
border-radius:.4rem;background:var(--paper);color:var(--ink);font:inherit}
.button,button{display:inline-block;min-height:2.75rem;padding:.55rem 1.2rem;border:0;border-radius:.4rem;\
background:var(--strong);color:var(--on-strong);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
[hidden]{display:none}
.wrong{color:var(--wrong);font-weight:600}
.quiet{color:var(--quiet)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
""")

# Without a clipboard (or without scripts) the buttons stay hidden and the fields are there to select.
COPY_SCRIPT = Markup("""\
if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies), told = button.nextElementSibling;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = "Copied.";
    } catch {
      told.textContent = "Selected: copy it with your keyboard.";
    }
  });
}
""")
