"""Values and gradients of PyTorch's operations in float64, for test/ops.

python scripts/oracles/torch_ops.py > test/fixtures/torch-ops.json   (with PyTorch 1.13 or later)
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(17)
cases = []


def real(*shape, low=None, high=None):
    """Multiples of 1/256 and a half: exact in float32, and never on a kink of the functions below."""
    x = torch.randn(shape) * 1.5 if low is None else low + (high - low) * torch.rand(shape)
    return ((x * 256).floor() + 0.5).double() / 256


def whole(*shape, high):
    return torch.randint(0, high, shape, dtype=torch.int32)


def pack(t):
    numbers = [float(f"{v:.13g}") if t.is_floating_point() else v for v in t.detach().reshape(-1).tolist()]
    return {"shape": list(t.shape), "data": [int(v) if v == int(v) else v for v in numbers]} | ({} if t.is_floating_point() else {"int": True})


def case(name, f, *inputs):
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    y = f(*leaves)
    outputs = list(y) if isinstance(y, (list, tuple)) else [y]
    upstream = [((torch.rand(o.shape) * 256).floor() / 128 - 1).double() for o in outputs]
    smooth = [(o * u).sum() for o, u in zip(outputs, upstream) if o.requires_grad]
    if smooth:
        sum(smooth).backward()
    gradients = [None if x.grad is None else pack(x.grad) for x in leaves]
    record = {"name": name, "inputs": [pack(x) for x in inputs], "outputs": [pack(o) for o in outputs]}
    if smooth:
        record |= {"upstream": [pack(u) for u in upstream], "gradients": gradients}
    cases.append(record)


def positive(*shape):
    return real(*shape, low=0.2, high=2.5)


# --- two operands, by pattern of broadcasting
patterns = [((), ()), ((3,), (3,)), ((2, 3), ()), ((), (2, 3)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((4, 2, 3), (2, 1)),
            ((2, 1, 3), (4, 1)), ((2, 2, 2, 3), (2, 1, 3)), ((0, 3), (3,)), ((2, 3), (1, 3)), ((5, 1), (5, 7))]
binary = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum, "minimum": torch.minimum}
for name, f in binary.items():
    for a, b in patterns:
        case(f"{name} {list(a)} {list(b)}", f, real(*a), (positive(*b) if name == "div" else real(*b)) + 1 / 1024)  # no ties
for a, b in patterns:
    case(f"pow {list(a)} {list(b)}", torch.pow, positive(*a), real(*b))
case("pow of a negative by 2", lambda x: x**2, real(5))
case("pow of 0 by a tensor", torch.pow, torch.tensor([0.0, 0.0, 2.0]).double(), torch.tensor([2.0, 1.5, 0.0]).double())
for name, f in {"greater": torch.gt, "greaterEqual": torch.ge, "equal": torch.eq}.items():
    case(name, lambda a, b: f(a, b).double(), torch.tensor([[1.0, 2, 3], [3, 2, 1]]).double(), torch.tensor([2.0, 2, 2]).double())
case("mul x by x", lambda x: x * x, real(2, 3))
case("add a tensor that feeds three operations", lambda x: x * x.sigmoid() + x.tanh() - x, real(2, 3))

# --- one operand
unary = {"neg": torch.neg, "exp": torch.exp, "square": torch.square, "abs": torch.abs, "sin": torch.sin, "cos": torch.cos, "sigmoid": torch.sigmoid,
         "tanh": torch.tanh, "relu": F.relu, "softplus": F.softplus, "relu6": F.relu6, "elu": F.elu, "selu": F.selu, "gelu": F.gelu, "silu": F.silu,
         "mish": F.mish, "softsign": F.softsign, "hardSigmoid": lambda x: (x / 6 + 0.5).clamp(0, 1), "leakyRelu": lambda x: F.leaky_relu(x, 0.2),
         "leakyRelu slope 0.05": lambda x: F.leaky_relu(x, 0.05), "clip": lambda x: x.clamp(-0.5, 0.75)}
for name, f in unary.items():
    for shape in [(), (7,), (2, 3, 2, 2), (0, 4)]:
        case(f"{name} {list(shape)}", f, real(*shape) * 2)
for name, f in {"log": torch.log, "log1p": torch.log1p, "sqrt": torch.sqrt}.items():
    for shape in [(), (7,), (2, 3, 2, 2)]:
        case(f"{name} {list(shape)}", f, positive(*shape))
case("activation linear", lambda x: x * 1, real(3))
case("activation softmax", lambda x: x.softmax(-1), real(2, 4))
case("stopGradient", lambda x: x * x.detach(), real(4))

# --- reductions
axes = [((5,), None), ((2, 3), None), ((2, 3), 0), ((2, 3), -1), ((2, 3, 4), 1), ((2, 3, 4), (0, 2)), ((2, 3, 4), (1, 2)), ((2, 3, 2, 2), (0, 1, 3))]
reductions = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "logSumExp": torch.logsumexp}
for name, f in reductions.items():
    for shape, axis in axes:
        every = tuple(range(len(shape))) if axis is None else axis
        case(f"{name} {list(shape)} axis {axis}", lambda x: f(x, every), real(*shape))
        case(f"{name} {list(shape)} axis {axis} kept", lambda x: f(x, every, keepdim=True), real(*shape))
case("sum [0, 3] axis 0", lambda x: x.sum(0), real(0, 3))
case("sum []", lambda x: x.sum(), real())
case("max with ties", lambda x: x.amax(1), torch.tensor([[1.0, 3, 3], [2, 2, 2]]).double())
case("logSumExp of large numbers", lambda x: x.logsumexp(-1), torch.tensor([[1000.0, 1001], [-1000, -1001], [0.5, 0.5]]).double())
for shape, axis in [((5,), 0), ((2, 3), 0), ((2, 3), -1), ((2, 3, 4), 1)]:
    case(f"argMax {list(shape)} axis {axis}", lambda x: x.argmax(axis).int(), real(*shape))
case("argMax with ties", lambda x: torch.tensor([1, 0], dtype=torch.int32), torch.tensor([[1.0, 3, 3], [2, 2, 2]]).double())

# --- products
for a, b in [((2, 3), (3, 4)), ((1, 1), (1, 1)), ((2, 4, 3), (3, 5)), ((2, 4, 3), (2, 3, 5)), ((2, 2, 4, 3), (2, 2, 3, 1)), ((0, 3), (3, 2)), ((5, 17), (17, 9))]:
    case(f"matmul {list(a)} {list(b)}", torch.matmul, real(*a), real(*b))
case("matmul [2, 0] [0, 3]", torch.matmul, real(2, 0), real(0, 3))


def conv(x, w, stride, dilation, before, after):
    y = F.conv1d(F.pad(x.transpose(1, 2), (before, after)), w.permute(2, 1, 0), stride=stride, dilation=dilation)
    return y.transpose(1, 2)


# name, T, K, stride, dilation, zeros before, zeros after (Keras's rule for "same": the odd one comes after)
for name, T, K, stride, dilation, before, after in [("valid", 7, 3, 1, 1, 0, 0), ("valid stride 2", 8, 3, 2, 1, 0, 0), ("valid dilation 2", 8, 3, 1, 2, 0, 0),
        ("same", 6, 4, 1, 1, 1, 2), ("same stride 2", 7, 3, 2, 1, 1, 1), ("same stride 2 even", 8, 3, 2, 1, 0, 1), ("causal", 6, 3, 1, 1, 2, 0),
        ("causal dilation 2", 6, 3, 1, 2, 4, 0), ("valid K 1", 4, 1, 1, 1, 0, 0)]:
    case(f"conv1d {name}", lambda x, w: conv(x, w, stride, dilation, before, after), real(2, T, 3), real(K, 3, 2))
case("layerNorm", lambda x, g, b: F.layer_norm(x, (5,), g, b, 1e-3), real(2, 3, 5), real(5), real(5))
case("layerNorm without gamma and beta", lambda x: F.layer_norm(x, (5,), None, None, 1e-5), real(3, 5))
case("layerNorm without gamma", lambda x, b: F.layer_norm(x, (5,), None, b, 1e-3), real(3, 5), real(5))

# --- softmax and cross-entropy
for name, f in {"softmax": torch.softmax, "logSoftmax": torch.log_softmax}.items():
    for shape, axis in [((4,), -1), ((2, 3), -1), ((2, 3), 0), ((2, 3, 4), 1), ((2, 2, 3, 2), -1), ((0, 3), -1)]:
        case(f"{name} {list(shape)} axis {axis}", lambda x: f(x, axis), real(*shape) * 3)
    case(f"{name} of large numbers", lambda x: f(x, -1), torch.tensor([[1000.0, 1001, 999], [-500, 500, 0]]).double())
case("sparseCrossEntropy [4, 3] [4]", lambda x, t: F.cross_entropy(x, t.long(), reduction="none"), real(4, 3), whole(4, high=3))
case("sparseCrossEntropy [2, 3, 5] [2, 3, 1]", lambda x, t: F.cross_entropy(x.reshape(6, 5), t.reshape(6).long(), reduction="none").reshape(2, 3),
     real(2, 3, 5), whole(2, 3, 1, high=5))
case("softmaxCrossEntropy", lambda x, t: -(t * x.log_softmax(-1)).sum(-1), real(2, 3, 5), real(2, 3, 5, low=0, high=1))

# --- elements moved
case("reshape [2, 6] to [3, -1]", lambda x: x.reshape(3, -1), real(2, 6))
case("reshape [1] to []", lambda x: x.reshape(()), real(1))
case("expandDims [2, 3] at 1", lambda x: x.unsqueeze(1), real(2, 3))
case("expandDims [2, 3] at -1", lambda x: x.unsqueeze(-1), real(2, 3))
case("squeeze [1, 2, 1]", lambda x: x.squeeze(), real(1, 2, 1))
case("squeeze [1, 2, 1] axis 0", lambda x: x.squeeze(0), real(1, 2, 1))
for order in [(1, 0), (0, 2, 1), (2, 0, 1), (1, 0, 3, 2), (4, 3, 2, 1, 0)]:
    case(f"transpose {list(order)}", lambda x: x.permute(order), real(2, 3, 4, 2, 3)[tuple([slice(None)] * len(order) + [0] * (5 - len(order)))])
case("transpose of a vector", lambda x: x * 1, real(4))
case("transpose reversed", lambda x: x.permute(2, 1, 0), real(2, 3, 4))
for shapes, axis in [(((2,), (3,)), 0), (((2, 3), (2, 1), (2, 2)), -1), (((1, 3), (2, 3)), 0), (((2, 1, 3), (2, 4, 3)), 1), (((0, 3), (2, 3)), 0)]:
    case(f"concat {[list(s) for s in shapes]} axis {axis}", lambda *x: torch.cat(x, axis), *[real(*s) for s in shapes])
case("concat x with itself", lambda x: torch.cat([x, x * x, x], 0), real(2, 2))
case("concat of ints", lambda a, b: torch.cat([a, b]), whole(3, high=9), whole(2, high=9))
for shape, axis in [((), 0), ((2, 3), 0), ((2, 3), 1), ((2, 3), -1)]:
    case(f"stack {list(shape)} axis {axis}", lambda *x: torch.stack(x, axis), real(*shape), real(*shape), real(*shape))
case("split [2, 6] in 3", lambda x: x.split(2, -1), real(2, 6))
case("split [5, 2] in [1, 4]", lambda x: x.split([1, 4], 0), real(5, 2))
case("split [2, 4, 3] in [0, 3, 1]", lambda x: x.split([0, 3, 1], 1), real(2, 4, 3))
case("split and use one part", lambda x: x.split(2, 1)[1] * 2, real(3, 4))
case("unstack [3, 2]", lambda x: x.unbind(0), real(3, 2))
case("unstack [2, 3, 2] axis 1", lambda x: x.unbind(1), real(2, 3, 2))
case("slice [5] from 1", lambda x: x[1:], real(5))
case("slice [3, 4] box", lambda x: x[1:3, 1:3], real(3, 4))
case("slice [3, 4, 2] last", lambda x: x[:, 3:4], real(3, 4, 2))
case("slice to nothing", lambda x: x[2:2], real(3, 2))
case("slice of ints", lambda x: x[:, 1:2], whole(3, 4, high=9))
case("pad", lambda x: F.pad(x, (1, 2, 0, 1), value=0.5), real(2, 3))
for shape, axis in [((4,), 0), ((2, 3), 0), ((2, 3, 2), 1)]:
    case(f"flip {list(shape)} axis {axis}", lambda x: x.flip(axis), real(*shape))
case("flip of ints", lambda x: x.flip(1), whole(2, 3, high=2))
for a, b in [((), (2, 3)), ((3,), (2, 3)), ((2, 1), (2, 3)), ((2, 1, 1), (4, 2, 3, 2)), ((1, 3), (0, 3))]:
    case(f"broadcastTo {list(a)} {list(b)}", lambda x: x.expand(b), real(*a))
case("broadcastTo of ints", lambda x: x.expand(2, 3), whole(2, 1, high=9))
case("repeat [2, 3] 2", lambda x: x.repeat_interleave(2, 1), real(2, 3))
case("repeat [2, 3] 3 axis 0", lambda x: x.repeat_interleave(3, 0), real(2, 3))
case("gather rows", lambda t, i: t[i.long()], real(4, 3), torch.tensor([[1, 3], [1, 0]], dtype=torch.int32))
case("gather numbers", lambda t, i: t[i.long()], real(4), torch.tensor([2, 2, 2], dtype=torch.int32))
case("gather nothing", lambda t, i: t[i.long()], real(4, 3), whole(0, high=1))
case("oneHot", lambda i: F.one_hot(i.long(), 4).double(), whole(2, 3, high=4))
case("where [2, 3] [2, 3] [2, 3]", lambda c, a, b: torch.where(c > 0, a, b), whole(2, 3, high=2), real(2, 3), real(2, 3))
case("where [2, 1] [3] []", lambda c, a, b: torch.where(c > 0, a, b), whole(2, 1, high=2), real(3), real())
case("where [3] [2, 1] [2, 3]", lambda c, a, b: torch.where(c > 0, a, b), whole(3, high=2), real(2, 1), real(2, 3))

print('{"cases":[\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]}")
