// Package modelfile reads and writes safetensors files, the format in which
// weights and checkpoints are kept and exchanged with PyTorch.
//
// The format (https://github.com/huggingface/safetensors): eight bytes of
// little-endian header length N, N bytes of JSON that name each tensor's dtype,
// shape and place, then the tensors' little-endian bytes without gaps.
//
// A file comes from outside, so the reader is strict: what does not fit is
// refused with the tensor's name and the reason, and reading never takes more
// memory than a small multiple of the file. The writer gives the same bytes for
// the same tensors, and [WriteFile] never leaves half a file.
//
// What will never live here: layers and optimizers. [Entry] is the plain slice
// through which a model's parameters come and go.
package modelfile
