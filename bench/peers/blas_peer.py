"""Bare products by a BLAS library: blas_peer.py openblas|mkl.

A loop in C calls cblas_sgemm where there is a C compiler, so that Python's
calls don't count; without one each call costs about a microsecond more."""
import ctypes, ctypes.util, glob, os, shutil, subprocess, sys, tempfile
import numpy as np
import common

LOOP = r"""
typedef void (*gemm)(int,int,int,int,int,int,float,const float*,int,const float*,int,float,float*,int);
void loop(gemm f,int ta,int tb,int m,int n,int k,const float*a,int lda,const float*b,int ldb,float*c,int ldc,int times){
  while(times-->0)f(101,ta,tb,m,n,k,1,a,lda,b,ldb,0,c,ldc);
}
"""


def openblas(core):
    import scipy_openblas32 as package
    path = glob.glob(os.path.join(package.get_lib_dir(), "libscipy_openblas*"))[0]
    if core:  # read once at loading: each kind of core needs a copy of the library
        os.environ["OPENBLAS_CORETYPE"] = core
        copy = os.path.join(folder.name, core + os.path.basename(path))
        path = shutil.copyfile(path, copy)
    lib = ctypes.CDLL(path)
    os.environ.pop("OPENBLAS_CORETYPE", None)
    lib.scipy_openblas_set_num_threads(common.THREADS)
    lib.scipy_openblas_get_config.restype = ctypes.c_char_p
    return lib.scipy_cblas_sgemm, lib.scipy_openblas_get_config().decode()


def mkl(_):
    found = glob.glob(os.path.join(sys.prefix, "lib", "libmkl_rt.*"))
    if not found:
        raise RuntimeError("no libmkl_rt in " + os.path.join(sys.prefix, "lib"))
    # GNU's threads, as in PyTorch. Intel's would spin on into the next one's turn.
    os.environ.setdefault("MKL_THREADING_LAYER", "GNU" if ctypes.util.find_library("gomp") else "INTEL")
    os.environ.setdefault("KMP_BLOCKTIME", "1")
    lib = ctypes.CDLL(found[0])
    lib.MKL_Set_Num_Threads(common.THREADS)
    text = ctypes.create_string_buffer(256)
    lib.mkl_get_version_string(text, 256)
    return lib.cblas_sgemm, text.value.decode().strip()


def compiled_loop():
    cc = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not cc:
        return None
    d = folder.name
    with open(f"{d}/loop.c", "w") as f:
        f.write(LOOP)
    try:
        subprocess.run([cc, "-O2", "-shared", "-fPIC", "-o", f"{d}/loop.so", f"{d}/loop.c"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return ctypes.CDLL(f"{d}/loop.so").loop


def cores():
    """OpenBLAS may not know a new processor and take less of it than it has:
    the AVX-512 kernels are tried by name where the processor has that."""
    try:
        with open("/proc/cpuinfo") as f:
            if sys.argv[1] == "openblas" and " avx512f " in f.read():
                return ["", "SkylakeX"]
    except OSError:
        pass
    return [""]


folder = tempfile.TemporaryDirectory()
load = {"openblas": openblas, "mkl": mkl}[sys.argv[1]]
configs = cores()
loaded = {c: load(c) for c in configs}
version = loaded[""][1]
loop = compiled_loop()
if loop is None:
    version += " (called from Python: about a microsecond more a product)"
pointer = lambda a: a.ctypes.data_as(ctypes.c_void_p)
kept = []  # what C only has pointers to


def prepare(w, config):
    sgemm = loaded[config][0]
    m, n, k, op = w["m"], w["n"], w["k"], w["op"]
    a = common.unit(1, m * k)
    b = common.unit(2, n * k)
    c = np.zeros(m * n, np.float32)
    kept.append((a, b, c))
    ta, tb = 112 if op == "TN" else 111, 112 if op == "NT" else 111
    lda, ldb = m if op == "TN" else k, k if op == "NT" else n
    ints = [ctypes.c_int(v) for v in (ta, tb, m, n, k)]
    if loop is None:
        args = [ctypes.c_int(101), *ints, ctypes.c_float(1), pointer(a), ctypes.c_int(lda), pointer(b), ctypes.c_int(ldb), ctypes.c_float(0), pointer(c), ctypes.c_int(n)]
        return lambda: sgemm(*args)
    # As many products a call as take 20 µs at 100 GFLOP/s.
    times = max(1, int(2e6 / (2 * m * n * k)))
    args = [ctypes.cast(sgemm, ctypes.c_void_p), *ints, pointer(a), ctypes.c_int(lda), pointer(b), ctypes.c_int(ldb), pointer(c), ctypes.c_int(n), ctypes.c_int(times)]
    step = lambda: loop(*args)
    step.times = times
    return step


if __name__ == "__main__":
    common.serve(version, configs, prepare)
