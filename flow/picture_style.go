package flow

// pictureStyle is the style sheet of [Picture]: colours that stay apart for
// colour-blind readers (after Okabe and Ito 2008), darker ones on white and
// lighter ones on black.
const pictureStyle = `
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:#1f2933}
.up{font-size:75%}
.h1{font-size:20px;font-weight:700}
.value{font-weight:600}
.h{font-size:16px;font-weight:600}
.note,.say,.key{font-size:13px}
.note,.tick,.axis{fill:#52606d}
.end{text-anchor:end}.mid{text-anchor:middle}
.paper{fill:#ffffff}
.grid{stroke:#e4e7eb;stroke-width:1}
.one{stroke:#9aa5b1}
.water{fill:url(#water)}
.w0{stop-color:#3d8fd1;stop-opacity:.42}.w1{stop-color:#3d8fd1;stop-opacity:.08}
.s{fill:none;stroke-width:3.5;stroke-linecap:round}
.still{stroke:#9aa5b1}
.st-activation{stroke:#d1490c}
.st-weights{stroke:#0072b2}
.st-norm{stroke:#8a3ffc}
.st-residual,.st-parallel{stroke:#00805a}
.st-dropout{stroke:#a56f00}
.st-layer,.st-recurrent,.st-gate{stroke:#b0407f}
.bound{fill:none;stroke:#1f2933;stroke-width:1.5;stroke-dasharray:5 4}
.dot{fill:#1f2933;stroke:#ffffff;stroke-width:1.2}
.none{fill:#ffffff;stroke:#d1490c;stroke-width:2}
circle.tiny{stroke:none}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.note,.tick,.axis{fill:#9da9b5}
.paper{fill:#0d1117}
.grid{stroke:#262d36}
.one{stroke:#6b7682}
.w0{stop-color:#58a6ff;stop-opacity:.45}.w1{stop-color:#58a6ff;stop-opacity:.07}
.still{stroke:#6b7682}
.st-activation{stroke:#ff8f4d}
.st-weights{stroke:#56b4e9}
.st-norm{stroke:#be95ff}
.st-residual,.st-parallel{stroke:#2fc99a}
.st-dropout{stroke:#f0c040}
.st-layer,.st-recurrent,.st-gate{stroke:#ee8cc4}
.bound{stroke:#e6edf3}
.dot{fill:#e6edf3;stroke:#0d1117}
.none{fill:#0d1117;stroke:#ff8f4d}
}
`
