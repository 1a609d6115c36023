module budget

go 1.19
