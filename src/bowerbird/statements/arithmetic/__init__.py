"""Reading a print that no layout knows by its arithmetic alone: no heading has to be understood.

marked_lines → the days and sums on each line; columns → where they stand; tables → the lines that hold rows; chains → what the columns
mean, by what adds up; rows → the day and the words of each sum; surroundings → what is printed around the tables; verdict → the one
reading that is proved.
"""
