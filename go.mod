module github.com/ebb-ml/ebb

go 1.26
