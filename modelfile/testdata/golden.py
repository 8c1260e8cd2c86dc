"""Writes golden.safetensors, one tensor of each dtype, with Python's safetensors."""
import pathlib
import torch
from safetensors.torch import save_file

v = torch.tensor([[1.5, -2.0, 0.0], [0.25, 3.0, -0.5]])
i = torch.tensor([-3, 0, 7])
save_file({
    "f64": v.double(), "f32": v, "f16": v.half(), "bf16": v.bfloat16(),
    "half_edges": torch.tensor([6e-8, -65504.0, float("inf"), 6.1e-5], dtype=torch.float16),
    "i64": i, "i32": i.int(), "i16": i.short(), "i8": i.char(),
    "u8": torch.tensor([0, 200, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(4.0), "empty": torch.zeros(0, 3),
}, pathlib.Path(__file__).with_name("golden.safetensors"), metadata={"format": "pt", "글": "기울기"})
