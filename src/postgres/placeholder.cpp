// placeholder while the folder is being written
