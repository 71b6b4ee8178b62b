"""The processes that run the program: database, web server, health, backup."""
